using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Sources.Local;
using Coffer.Oci;

namespace Coffer.Cli.Doctor.Checks;

/// <summary>coffer's own key provider: its configuration and its key folders.</summary>
internal sealed class KeyProviderCheck : ICheck
{
    private const UnixFileMode ByOthers =
        UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public string Name => "keyprovider";

    public Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken) => Task.FromResult(Look(installation));

    private static IReadOnlyList<Finding> Look(Installation installation)
    {
        const string path = KeyProviderSettings.DefaultPath;
        if (!installation.HasFile(path)) return [Finding.Ok($"{path} does not exist: no key provider of coffer is set up here")];
        try
        {
            var settings = ConfigReader.Load(installation.At(path), new ConfigFlags(), SettingsScope.Daemon);
            return [Finding.Ok($"{path}: {settings.Sources.Count} key {(settings.Sources.Count == 1 ? "source" : "sources")}"), .. settings.Sources.OfType<LocalSettings>().Select(s => LookAtFolder(installation, s.Directory))];
        }
        catch (CofferException e)
        {
            return [.. (e.Details.Count > 0 ? e.Details : [e.Message]).Select(d => Finding.Fail(d, e.Hint ?? "coffer keyprovider serve --check reads it too"))];
        }
    }

    private static Finding LookAtFolder(Installation installation, string folder)
    {
        var shown = $"key folder {Printable.Of(folder)}";
        if (!installation.HasFolder(folder)) return Finding.Fail($"{shown} does not exist", "coffer keyprovider key generate makes it with a first key");
        return installation.Mode(folder) is { } mode && (mode & ByOthers) != 0
            ? Finding.Fail($"{shown} is open to other users (mode {Convert.ToString((int)mode & 0x1FF, 8)})", "chmod 700")
            : Finding.Ok($"{shown} belongs to its owner alone");
    }
}
