using System.Text;
using Coffer.ImageCrypt.StreamProcessor;
using Coffer.Oci;

namespace Coffer.Cli.Doctor;

/// <summary>Looks at the key folder of a runtime: who may read it, and whether its files have a form that the runtime reads. No key is parsed.</summary>
internal static class NodeKeys
{
    private const int BeginningBytes = 64;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    // What ocicrypt passes over in silence, and coffer opens or names (facts of its key helpers).
    private static readonly (string Beginning, string Name)[] PassedOver =
    [
        ("-----BEGIN EC PRIVATE KEY-----", "an EC key in SEC1 form"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----", "a key with a password"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----", "an armored OpenPGP key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "an OpenSSH key"),
    ];

    /// <param name="installation">The machine.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="isOcicrypt">True where ocicrypt's own helpers read the folder, which understand less.</param>
    public static IReadOnlyList<Finding> Look(Installation installation, string folder, bool isOcicrypt)
    {
        if (!installation.HasFolder(folder)) return [Finding.Ok($"key folder {Printable.Of(folder)} does not exist: only key providers are asked")];
        var findings = new List<Finding>();
        var files = KeyFolder.List(installation.At(folder), note => findings.Add(Finding.Warn(note, "take it away, or mend it")));
        foreach (var file in files.Select(installation.Named)) findings.AddRange(LookAtFile(installation, file, isOcicrypt));
        if (!findings.Exists(f => f.Verdict != Verdict.Ok)) findings.Add(Finding.Ok($"key folder {Printable.Of(folder)}: {files.Count} {(files.Count == 1 ? "file" : "files")}"));
        return findings;
    }

    private static IEnumerable<Finding> LookAtFile(Installation installation, string file, bool isOcicrypt)
    {
        var shown = $"key file {Printable.Of(file)}";
        if (isOcicrypt && new FileInfo(installation.At(file)).LinkTarget is not null) yield return Finding.Fail($"{shown} is a symbolic link, which is not followed", "copy the key");
        var beginning = Beginning(installation.At(file));
        if (beginning is null) yield return Finding.Warn($"{shown} may not be read by this user", "run coffer doctor as the user of the runtime");
        else if (PassedOver.FirstOrDefault(p => beginning.StartsWith(p.Beginning, StringComparison.Ordinal)) is { Name: { } name } found)
        {
            if (isOcicrypt || found.Name is "a key with a password" or "an OpenSSH key") yield return Finding.Fail($"{shown} is {name}, which is not read", "openssl pkcs8 -topk8 -nocrypt -in KEY turns most keys into PKCS#8 without a password");
        }
        if (!beginning?.StartsWith("-----BEGIN CERTIFICATE", StringComparison.Ordinal) ?? true)
        {
            if (installation.Mode(file) is { } mode && (mode & Others) != 0) yield return Finding.Fail($"{shown} is open to other users (mode {Convert.ToString((int)mode & 0x1FF, 8)})", "chmod 600");
        }
    }

    private static string? Beginning(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[BeginningBytes];
            return Encoding.ASCII.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
