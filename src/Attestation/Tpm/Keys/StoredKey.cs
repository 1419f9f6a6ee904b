using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Keys;

/// <summary>A key as it is kept outside the TPM: only the TPM that made it, and only under the same parent, can open it.</summary>
/// <param name="Public">The public area.</param>
/// <param name="Private">Content of TPM2B_PRIVATE: encrypted by the parent.</param>
internal sealed record StoredKey(TpmPublic Public, ReadOnlyMemory<byte> Private)
{
    private const int MostPrivateBytes = 2048;

    /// <summary>Reads the two files of a key; null where one of them is missing.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>, or as of <see cref="StateFolder.Read"/>.</exception>
    public static StoredKey? Read(StateFolder folder, string name)
    {
        if (folder.Read($"{name}.pub") is not { } known || folder.Read($"{name}.priv") is not { } secret) return null;
        var reader = new TpmReader(secret, $"the file {name}.priv");
        var content = reader.ReadSized(MostPrivateBytes, "content").ToArray();
        reader.End();
        return new StoredKey(TpmPublic.ParseSized(known), content);
    }

    /// <summary>Writes the two files: TPM2B_PUBLIC and TPM2B_PRIVATE.</summary>
    public void Write(StateFolder folder, string name)
    {
        using var secret = new TpmWriter();
        folder.Write($"{name}.priv", secret.Sized(Private.Span).Written);
        folder.Write($"{name}.pub", Public.ToSizedBytes());
    }
}
