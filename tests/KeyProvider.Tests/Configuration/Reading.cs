using System.Text;
using Coffer.KeyProvider.Configuration;

namespace Coffer.KeyProvider.Tests.Configuration;

/// <summary>Reads configuration texts as if they stood in <c>/conf/kp.json</c>.</summary>
internal static class Reading
{
    public const string Path = "/conf/kp.json";
    public const string OneSource = "\"sources\":{\"a\":{\"type\":\"local\",\"directory\":\"keys\"}}";

    public static (KeyProviderSettings Settings, List<string> Problems) Of(string? json, ConfigFlags? flags = null, SettingsScope scope = SettingsScope.Daemon) =>
        Of(json is null ? null : Encoding.UTF8.GetBytes(json), flags, scope);

    public static (KeyProviderSettings Settings, List<string> Problems) Of(byte[]? json, ConfigFlags? flags = null, SettingsScope scope = SettingsScope.Daemon)
    {
        var problems = new List<string>();
        var settings = ConfigReader.Read(json, json is null ? null : Path, flags ?? new ConfigFlags(), scope, problems, [TestSource.Kind]);
        return (settings, problems);
    }

    /// <summary>A sound file with these members beside its source.</summary>
    public static KeyProviderSettings Sound(string members, ConfigFlags? flags = null, SettingsScope scope = SettingsScope.Daemon)
    {
        var (settings, problems) = Of($"{{{OneSource},{members}}}", flags, scope);
        Assert.Empty(problems);
        return settings;
    }

    /// <summary>The only problem of a file with these members beside its source.</summary>
    public static string Problem(string members, SettingsScope scope = SettingsScope.Daemon) => Assert.Single(Of($"{{{OneSource},{members}}}", null, scope).Problems);
}
