using System.Security.Cryptography;
using System.Text;
using Coffer.Jose.Encryption;
using Coffer.Jose.Text;

namespace Coffer.Jose;

/// <content>The writing side.</content>
public sealed partial class Jwe
{
    /// <summary>
    /// Encrypts to one recipient or several under a fresh content key and IV. Small contents are meant: at most 2 MiB.
    /// </summary>
    /// <param name="plaintext">The content; it stays the caller's to zero.</param>
    /// <param name="recipients">1 to 256 recipients; `dir` and ECDH-ES without key wrap stand alone.</param>
    /// <param name="contentEncryption">A128GCM, A192GCM or A256GCM; the CBC family is only read.</param>
    /// <param name="serialization">The form; without it flattened for one recipient and general for several.</param>
    /// <param name="additionalData">Data to authenticate beside the content; not in the compact form.</param>
    /// <returns>The JWE as ASCII text.</returns>
    /// <exception cref="JoseException">An unsupported algorithm, an unsuitable key, or a form that cannot hold all that.</exception>
    public static string Encrypt(
        ReadOnlySpan<byte> plaintext,
        IReadOnlyList<JweRecipient> recipients,
        string contentEncryption = "A256GCM",
        JweSerialization? serialization = null,
        ReadOnlySpan<byte> additionalData = default)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        ArgumentNullException.ThrowIfNull(contentEncryption);
        var content = WritableContent(contentEncryption);
        var form = serialization ?? (recipients.Count == 1 ? JweSerialization.Flattened : JweSerialization.General);
        CheckForm(plaintext.Length, recipients.Count, form, !additionalData.IsEmpty);

        var wrappings = new List<KeyWrapping>(recipients.Count);
        foreach (var recipient in recipients)
        {
            wrappings.Add(KeyWrapping.Choose(recipient, content));
        }

        if (wrappings.Count > 1 && wrappings.Find(w => w.Algorithm.HasNoEncryptedKey) is { } alone)
        {
            throw JoseException.Unsupported($"{alone.Algorithm.Name} cannot be shared by several recipients");
        }

        var cek = wrappings[0].MakeContentKey();
        try
        {
            wrappings.ForEach(wrapping => wrapping.Wrap(cek));
            return Seal(plaintext, wrappings, content, form, cek, additionalData);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(cek);
        }
    }

    private static string Seal(
        ReadOnlySpan<byte> plaintext, List<KeyWrapping> wrappings, ContentAlgorithm content, JweSerialization form, byte[] cek, ReadOnlySpan<byte> additionalData)
    {
        var general = form == JweSerialization.General;
        var header = JweWriter.ProtectedHeader(content.Name, general ? null : wrappings[0]);
        var aad = additionalData.IsEmpty ? null : StrictBase64Url.Encode(additionalData);
        var authenticated = Encoding.ASCII.GetBytes(aad is null ? header : $"{header}.{aad}");
        var iv = RandomNumberGenerator.GetBytes(content.IvBytes);
        var ciphertext = new byte[plaintext.Length];
        var tag = new byte[content.TagBytes];
        ContentCipher.EncryptGcm(content, cek, iv, authenticated, plaintext, ciphertext, tag);
        return form == JweSerialization.Compact
            ? JweWriter.Compact(header, wrappings[0], iv, ciphertext, tag)
            : JweWriter.Json(header, wrappings, general, aad, iv, ciphertext, tag);
    }

    private static ContentAlgorithm WritableContent(string name)
    {
        var content = ContentAlgorithm.Find(name)
            ?? throw JoseException.Unsupported($"content encryption {BoundedJson.Shown(name)} is not supported");
        return content.CbcHash is null
            ? content
            : throw JoseException.Unsupported($"content encryption \"{name}\" is only read; write with A256GCM");
    }

    private static void CheckForm(int bytes, int recipients, JweSerialization form, bool hasAdditionalData)
    {
        if (bytes > JweParser.MaxBytes / 2)
        {
            throw JoseException.Unsupported($"a content of {bytes} bytes is too long for a JWE, {JweParser.MaxBytes / 2} are allowed");
        }

        if (recipients is 0 or > JweParser.MaxRecipients)
        {
            throw JoseException.Unsupported($"a JWE has 1 to {JweParser.MaxRecipients} recipients, not {recipients}");
        }

        if (recipients > 1 && form != JweSerialization.General)
        {
            throw JoseException.Unsupported("only the general form holds several recipients");
        }

        if (hasAdditionalData && form == JweSerialization.Compact)
        {
            throw JoseException.Unsupported("the compact form holds no additional data");
        }
    }
}
