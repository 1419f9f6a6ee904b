namespace Coffer.Attestation.Tpm.Structures;

/// <summary>Digests of policies, as a TPM's policy session computes them (TPM 2.0 Library Part 3, sections 23.4 and 23.7).</summary>
internal static class TpmPolicyDigest
{
    private const uint PolicySecretCommand = 0x00000151;
    private const uint PolicyPcrCommand = 0x0000017f;

    /// <summary>The digest of the policy that asks for nothing but these register values.</summary>
    /// <param name="hash">The policy's hash, which is the object's name algorithm.</param>
    /// <param name="selections">The registers.</param>
    /// <param name="pcrDigest">Digest of their values with <paramref name="hash"/>, as <see cref="TpmPcrValues.Digest"/> makes it.</param>
    public static byte[] OfPcrs(TpmAlgorithm hash, IReadOnlyList<TpmPcrSelection> selections, ReadOnlySpan<byte> pcrDigest)
    {
        using var writer = new TpmWriter();
        writer.Bytes(new byte[TpmHash.Size(hash)]).UInt32(PolicyPcrCommand);
        TpmPcrSelection.WriteList(writer, selections);
        return TpmHash.Hash(hash, writer.Bytes(pcrDigest).Written);
    }

    /// <summary>The digest of the policy that asks for nothing but an entity's authorization.</summary>
    /// <param name="hash">The policy's hash.</param>
    /// <param name="entityName">The entity's name; of a hierarchy its handle, in four bytes.</param>
    public static byte[] OfSecret(TpmAlgorithm hash, ReadOnlySpan<byte> entityName)
    {
        using var writer = new TpmWriter();
        var first = TpmHash.Hash(hash, writer.Bytes(new byte[TpmHash.Size(hash)]).UInt32(PolicySecretCommand).Bytes(entityName).Written);
        // The policy reference, here empty, goes in by a hash of its own.
        return TpmHash.Hash(hash, first);
    }
}
