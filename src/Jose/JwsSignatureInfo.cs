namespace Coffer.Jose;

/// <summary>What a JWS says of one of its signatures; nothing of it is authenticated before the signature was verified.</summary>
public sealed class JwsSignatureInfo
{
    internal JwsSignatureInfo(int index, JoseHeader header, string algorithm, byte[] signingInput, byte[] signature)
    {
        Index = index;
        Header = header;
        Algorithm = algorithm;
        SigningInput = signingInput;
        Signature = signature;
    }

    /// <summary>The place in the list, from 0.</summary>
    public int Index { get; }

    /// <summary>All header members that apply to this signature.</summary>
    public JoseHeader Header { get; }

    /// <summary>The algorithm that the signature claims (`alg`).</summary>
    public string Algorithm { get; }

    /// <summary>The signer's key name (`kid`), if there is one.</summary>
    public string? KeyId => Header.GetString("kid");

    internal byte[] SigningInput { get; }

    internal byte[] Signature { get; }
}
