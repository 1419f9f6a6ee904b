namespace Coffer.KeyBroker.Hosts;

/// <summary>The attestation key of a host.</summary>
/// <param name="Name">Its TPM name in lower-case hex, algorithm identifier included.</param>
/// <param name="Public">TPM2B_PUBLIC, size prefix included.</param>
internal sealed record HostAk(string Name, ReadOnlyMemory<byte> Public);
