using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.Oci;

namespace Coffer.Cli.Doctor;

/// <summary>What systemd puts into a service's environment, from its unit and the drop-ins.</summary>
internal static class ServiceEnvironment
{
    private static readonly string[] Folders = ["/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/system", "/etc/systemd/system"];

    /// <summary>True if there is a unit of that name.</summary>
    public static bool HasUnit(Installation installation, string unit) => Folders.Any(f => installation.HasFile($"{f}/{unit}"));

    /// <summary>The value that <c>OCICRYPT_KEYPROVIDER_CONFIG</c> has for the service; null where nothing sets it.</summary>
    /// <exception cref="CofferException">A file cannot be read.</exception>
    public static string? ProviderConfig(Installation installation, string unit)
    {
        string? value = null;
        var units = Folders.Select(f => $"{f}/{unit}");
        foreach (var file in units.Concat(Folders.SelectMany(f => installation.Files($"{f}/{unit}.d", "*.conf"))))
        {
            foreach (var line in (installation.Text(file) ?? "").Split('\n').Select(l => l.Trim()))
            {
                if (Setting(line, "Environment") is { } variables) value = Variable(variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)) ?? value;
                else if (Setting(line, "EnvironmentFile") is { } named && installation.Text(named.TrimStart('-')) is { } text) value = Variable(text.Split('\n')) ?? value;
            }
        }
        return value;
    }

    private static string? Setting(string line, string name) => line.StartsWith(name + "=", StringComparison.Ordinal) ? line[(name.Length + 1)..].Trim() : null;

    private static string? Variable(IEnumerable<string> assignments) => assignments
        .Select(a => a.Trim().Trim('"', '\''))
        .Where(a => a.StartsWith(ConfiguredProvider.Variable + "=", StringComparison.Ordinal))
        .Select(a => a[(ConfiguredProvider.Variable.Length + 1)..].Trim('"', '\''))
        .LastOrDefault();
}
