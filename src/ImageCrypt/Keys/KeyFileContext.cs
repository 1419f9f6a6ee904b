using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys;

/// <summary>What the readers of one key file's parts share.</summary>
/// <param name="Source">The path as the user named it.</param>
/// <param name="Password">The file's password, fetched when a protected key is met.</param>
/// <param name="Warn">Takes one line.</param>
internal sealed record KeyFileContext(string Source, KeyPassword Password, Action<string> Warn)
{
    /// <summary>What an unreadable key file's error ends with.</summary>
    public const string Read =
        "read are PKCS#8, PKCS#1 and SEC1 keys (PEM or DER, also protected), private JWK and JWK sets, certificates, PKCS#12, " +
        "OpenPGP secret keyrings and PKCS#11 key files";

    /// <summary>The file in messages.</summary>
    public string Name => $"key file '{Printable.Of(Source)}'";

    /// <summary>An error about what the file holds.</summary>
    public CofferException Wrong(string what, string? hint = null, Exception? inner = null) =>
        new($"{Name} {what}", ExitStatus.NoUsableKey, hint, inner);
}
