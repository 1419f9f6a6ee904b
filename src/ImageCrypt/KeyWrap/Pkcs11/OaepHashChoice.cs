using Coffer.Oci;
using Coffer.Pkcs11.Keys;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs11;

/// <summary>
/// Which hash a recipient's RSA-OAEP uses. SHA-1 unless <c>OCICRYPT_OAEP_HASHALG</c> says otherwise: every token and every reader
/// knows it, and with SHA-256 the 193 bytes of a layer's options do not fit into RSA with 2048 bits at all. OAEP does not rest on the
/// collision resistance that SHA-1 lacks.
/// </summary>
internal static class OaepHashChoice
{
    private const string Variable = "OCICRYPT_OAEP_HASHALG";

    /// <summary>The private options with a sha256 digest, in bytes: what must fit.</summary>
    private const int OptionsLength = 193;

    /// <exception cref="CofferException">The variable names another hash (<see cref="ExitStatus.Usage"/>).</exception>
    public static OaepHash Of(Func<string, string?> environment)
    {
        var name = environment(Variable);
        if (string.IsNullOrEmpty(name) || name.Equals("sha1", StringComparison.OrdinalIgnoreCase)) return OaepHash.Sha1;
        if (name.Equals("sha256", StringComparison.OrdinalIgnoreCase)) return OaepHash.Sha256;
        throw new CofferException($"{Variable}={Printable.Of(name, 32)} is neither sha1 nor sha256", ExitStatus.Usage);
    }

    /// <summary>What fits into one block, in bytes (RFC 8017 section 7.1.1).</summary>
    public static int Capacity(int keyBits, OaepHash hash) => (keyBits / 8) - (2 * (hash == OaepHash.Sha1 ? 20 : 32)) - 2;

    /// <exception cref="CofferException">A layer's options do not fit.</exception>
    public static void RequireRoom(string source, int keyBits, OaepHash hash, int needed = OptionsLength)
    {
        var capacity = Capacity(keyBits, hash);
        if (capacity >= needed) return;
        throw new CofferException(
            $"pkcs11 recipient '{Printable.Of(source)}' has an RSA key of {keyBits} bits: with {Pkcs11Packet.NameOf(hash)} it takes {Math.Max(capacity, 0)} bytes and a layer needs {needed}",
            hint: Capacity(keyBits, OaepHash.Sha1) >= needed ? $"unset {Variable} (sha1 fits), or use a key of 3072 bits" : "use an RSA key of 3072 bits");
    }
}
