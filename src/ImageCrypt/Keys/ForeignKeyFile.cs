using System.Text;

namespace Coffer.ImageCrypt.Keys;

/// <summary>Key files of other worlds, which are named with a way out instead of being called unknown.</summary>
internal static class ForeignKeyFile
{
    private const string ConvertSsh = "ssh-keygen -p -m PEM -f COPY-OF-KEY turns an RSA or ECDSA key into PEM";

    private static readonly (string Beginning, string Name, string? Hint)[] Texts =
    [
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "an OpenSSH private key", ConvertSsh),
        ("---- BEGIN SSH2 PUBLIC KEY ----", "an SSH public key", "ssh-keygen -e -m PKCS8 -f KEY.pub turns an RSA or ECDSA key into PEM"),
        ("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----", "an SSH2 private key", ConvertSsh),
        ("ssh-", "an SSH public key", "ssh-keygen -e -m PKCS8 -f KEY.pub turns an RSA key into PEM"),
        ("ecdsa-sha2-", "an SSH public key", "ssh-keygen -e -m PKCS8 -f KEY.pub turns it into PEM"),
        ("sk-ssh-", "an SSH public key of a security key", "security keys cannot decrypt"),
        ("sk-ecdsa-", "an SSH public key of a security key", "security keys cannot decrypt"),
        ("PuTTY-User-Key-File", "a PuTTY private key", "puttygen KEY -O private-openssh-new, then " + ConvertSsh),
        ("AGE-SECRET-KEY-", "an age identity", "images are not encrypted to age keys: use an RSA or EC key"),
        ("AGE-PLUGIN-", "an age identity", "images are not encrypted to age keys: use an RSA or EC key"),
        ("age1", "an age recipient", "images are not encrypted to age keys: use an RSA or EC key"),
        ("age-encryption.org/", "a file encrypted with age", "decrypt it with age first"),
        ("# created: ", "an age identity", "images are not encrypted to age keys: use an RSA or EC key"),
        ("Key: (", "a key of gpg-agent", "gpg --export-secret-keys USER exports it"),
        ("(", "a key of gpg-agent", "gpg --export-secret-keys USER exports it"),
        ("Salted__", "a file encrypted with openssl enc", "decrypt it first"),
        ("-----BEGIN PGP MESSAGE-----", "an OpenPGP message", "decrypt it with gpg first"),
        ("-----BEGIN PGP PUBLIC KEY BLOCK-----", "an OpenPGP public key", "decrypting takes the secret key (gpg --export-secret-keys USER); encrypting names it by user id: -e pgp:USER"),
    ];

    /// <summary>What the file is and what to do with it; null if nobody knows.</summary>
    public static (string Name, string? Hint)? Recognize(ReadOnlySpan<byte> file)
    {
        if (file.Length >= 12 && file.Slice(8, 4).SequenceEqual("KBXf"u8)) return ("a GnuPG keybox", "gpg --export-secret-keys USER exports a secret key");
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xED, 0xFE, 0xED])) return ("a Java keystore", "keytool -importkeystore -deststoretype PKCS12 converts it");
        foreach (var (beginning, name, hint) in Texts)
        {
            if (file.StartsWith(Encoding.ASCII.GetBytes(beginning))) return (name, hint);
        }
        return null;
    }
}
