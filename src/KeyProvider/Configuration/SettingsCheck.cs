namespace Coffer.KeyProvider.Configuration;

/// <summary>What is wrong between the parts of a configuration that are right by themselves.</summary>
internal static class SettingsCheck
{
    public static void Check(KeyProviderSettings settings, ConfigProblems problems)
    {
        // A source that could not be read is not counted: its own problem says enough.
        if (settings.Sources.Count == 0 && !problems.Any)
        {
            problems.Add("sources", "there is no key source; give --local-keys DIR, or sources in the configuration file");
        }
        if (!problems.Any) Providers(settings, problems);
        Claims(settings, problems);
        if (settings.Listen.Tcp is { } tcp) Tcp(tcp, problems);
    }

    private static void Providers(KeyProviderSettings settings, ConfigProblems problems)
    {
        foreach (var (provider, source) in settings.Core.Providers)
        {
            if (source is null || settings.Sources.Any(s => s.Name == source)) continue;
            problems.Add($"providers.{provider}", $"there is no source '{source}'; there are {string.Join(", ", settings.Sources.Select(s => s.Name))}");
        }
    }

    private static void Claims(KeyProviderSettings settings, ConfigProblems problems)
    {
        var claims = settings.Sources.SelectMany(s => s.KeyIds.Distinct().Select(k => (Prefix: k, s.Name)));
        foreach (var rivals in claims.GroupBy(c => c.Prefix).Where(g => g.Skip(1).Any()))
        {
            problems.Add("sources", $"{string.Join(" and ", rivals.Select(r => r.Name))} both claim the key ids '{rivals.Key}'");
        }
    }

    private static void Tcp(TcpSettings tcp, ConfigProblems problems)
    {
        foreach (var (name, path) in (ReadOnlySpan<(string, string)>)[("cert", tcp.CertificateFile), ("key", tcp.KeyFile), ("clientCa", tcp.ClientRootsFile)])
        {
            if (path.Length > 0 && !File.Exists(path)) problems.Add($"listen.tcp.{name}", $"there is no file {path}, or it cannot be reached");
        }
        if (File.Exists(tcp.KeyFile) && (File.GetUnixFileMode(tcp.KeyFile) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite)) is not 0)
        {
            problems.Add("listen.tcp.key", $"everybody may read {tcp.KeyFile}, or others write it: chmod 0600 {tcp.KeyFile}");
        }
    }
}
