using System.Security.Cryptography;

namespace Coffer.ImageCrypt.Keys.Pem;

/// <summary>One block of a PEM file (RFC 7468), or of the older kind with headers (RFC 1421) that OpenSSL protects keys with.</summary>
/// <param name="Label">Such as <c>PRIVATE KEY</c>.</param>
/// <param name="Headers">Such as <c>DEK-Info</c>; empty in the modern form.</param>
/// <param name="Data">The decoded bytes, which can be secret.</param>
internal sealed record PemBlock(string Label, IReadOnlyDictionary<string, string> Headers, byte[] Data) : IDisposable
{
    /// <summary>True if the data is encrypted as the headers say.</summary>
    public bool IsLegacyProtected => Headers.TryGetValue("Proc-Type", out var type) && type.EndsWith("ENCRYPTED", StringComparison.Ordinal);

    public void Dispose() => CryptographicOperations.ZeroMemory(Data);
}
