using Coffer.Oci;

namespace Coffer.Cli.Doctor.Checks;

/// <summary>The folder of private keys that CRI-O opens images with.</summary>
internal sealed class CrioKeysCheck : ICheck
{
    private const string Default = "/etc/crio/keys/";

    public string Name => "crio-keys";

    public Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken) => Task.FromResult(Look(installation));

    private static IReadOnlyList<Finding> Look(Installation installation)
    {
        if (!CrioServiceCheck.IsInstalled(installation)) return [Finding.Ok("CRI-O is not installed")];
        try
        {
            var folder = Default;
            foreach (var file in installation.Files("/etc/crio/crio.conf.d", "*").Prepend("/etc/crio/crio.conf"))
            {
                folder = TomlFile.Value<string>(TomlFile.Table(TomlFile.Read(installation, file), "crio", "runtime"), "decryption_keys_path") ?? folder;
            }
            return NodeKeys.Look(installation, folder, isOcicrypt: true);
        }
        catch (CofferException e)
        {
            return [Finding.Fail(e.Message, "mend the file")];
        }
    }
}
