namespace Coffer.KeyProvider.Packets;

/// <summary>
/// What a key provider puts into a layer's annotation: a layer's private options, wrapped under a key that has a name.
/// The three families known are one thing here, AES-256-GCM without associated data; they differ in how they are written.
/// </summary>
/// <param name="Family">How it was written.</param>
/// <param name="KeyId">The key's name: <c>kid</c> (<c>coffer-local:///team-a/1</c>, <c>kbs:///repo/type/tag</c>), or SecL's <c>key_url</c>.</param>
/// <param name="Iv">The nonce, 12 bytes.</param>
/// <param name="WrappedData">The ciphertext followed by the 16-byte tag.</param>
public sealed record AnnotationPacket(PacketFamily Family, string KeyId, byte[] Iv, byte[] WrappedData);
