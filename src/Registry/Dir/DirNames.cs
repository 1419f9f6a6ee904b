using System.Text.RegularExpressions;
using Coffer.Oci;

namespace Coffer.Registry.Dir;

/// <summary>The names of files in skopeo's <c>dir:</c> format, version 1.1.</summary>
internal static partial class DirNames
{
    public const string Manifest = "manifest.json";
    public const string Version = "version";
    public const string VersionPrefix = "Directory Transport Version: ";
    public const string VersionText = VersionPrefix + "1.1\n";

    public static string Blob(Digest digest) => digest.Hex;

    /// <summary>An instance of the index in <see cref="Manifest"/>.</summary>
    public static string Instance(Digest digest) => digest.Hex + ".manifest.json";

    public static bool IsSignature(string name) => Signature().IsMatch(name);

    /// <summary>True for every file that belongs to an image in this format.</summary>
    public static bool IsOurs(string name) => name is Manifest or Version || Content().IsMatch(name) || IsSignature(name);

    [GeneratedRegex(@"\A([0-9a-f]{64}|[0-9a-f]{128})(\.manifest\.json)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Content();

    [GeneratedRegex(@"\A(([0-9a-f]{64}|[0-9a-f]{128})\.)?signature-[0-9]{1,9}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Signature();
}
