using System.Buffers.Binary;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>Linux' own EFI stub measures the initrd that it loads into PCR 9, as a tagged event with an identifier of its own.</summary>
internal static class KernelStubEvents
{
    private const uint InitrdTag = 0x8F3B22EC;

    public static IEnumerable<string> Initrds(BootClaims claims) =>
        claims.Of(9).Where(e => e.Type == TcgEventType.EventTag && e.Data.Length >= 8 && BinaryPrimitives.ReadUInt32LittleEndian(e.Data.Span) == InitrdTag).Select(claims.Hex);
}
