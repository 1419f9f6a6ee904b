using System.Text.Json;
using Coffer.Oci;

namespace Coffer.KeyProvider.Packets;

/// <summary>The packets of Confidential Containers: <c>{"kid","wrapped_data","iv","wrap_type"}</c>, and their second form.</summary>
internal static class CocoPacket
{
    public const string Kid = "kid";
    private const string WrappedData = "wrapped_data", Iv = "iv", WrapType = "wrap_type";
    private const string Version = "version", Provider = "provider", Settings = "provider_settings", Annotations = "annotations";

    private const string Gcm = "A256GCM", Ctr = "A256CTR";
    private const string OnlyVersion = "0.1.0", BrokerProvider = "kbs";

    public static IReadOnlyList<string> Members { get; } = [Kid, WrappedData, Iv, WrapType];

    public static IReadOnlyList<string> MembersOfV2 { get; } = [Version, Provider, Settings, Annotations];

    public static AnnotationPacket Read(PacketMembers members)
    {
        var second = MembersOfV2.Any(members.Has);
        if (second) CheckSecond(members);
        return new AnnotationPacket(
            second ? PacketFamily.CocoV2 : PacketFamily.CocoV1, members.KeyId(Kid), Cipher(members).Nonce(Iv), members.Sealed(WrappedData));
    }

    /// <summary>The first form, in the order in which its own tools write it.</summary>
    public static byte[] Write(AnnotationPacket packet)
    {
        using var stream = new MemoryStream(packet.WrappedData.Length * 2 + 512);
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString(Kid, packet.KeyId);
            json.WriteBase64String(WrappedData, packet.WrappedData);
            json.WriteBase64String(Iv, packet.Iv);
            json.WriteString(WrapType, Gcm);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static void CheckSecond(PacketMembers members)
    {
        if ((members.Text(Version) ?? OnlyVersion) is var version && version != OnlyVersion)
        {
            throw PacketFault.Because($"its version is '{Printable.Of(version, 32)}'; {OnlyVersion} is read");
        }
        if ((members.Text(Provider) ?? BrokerProvider) is var provider && provider != BrokerProvider)
        {
            throw new KeyProviderException(
                FailureReason.UnknownKey, $"the packet was wrapped by the key service of '{Printable.Of(provider, 64)}', which is not served here (key {Printable.Of(members.Text(Kid))})",
                "only that service can unwrap it; packets whose provider is kbs are served here");
        }
        foreach (var name in (ReadOnlySpan<string>)[Settings, Annotations])
        {
            if (members.Value(name) is { ValueKind: not JsonValueKind.Object }) throw PacketFault.Because($"{name} is not an object");
        }
    }

    private static PacketMembers Cipher(PacketMembers members) => members.RequiredText(WrapType) switch
    {
        Gcm => members,
        Ctr => throw PacketFault.Because($"its wrap_type is {Ctr}, which is not authenticated: whoever stores the image could change the layer's key", "encrypt the image again; A256GCM is written today"),
        var other => throw PacketFault.Because($"its wrap_type is '{Printable.Of(other, 32)}'; {Gcm} is read"),
    };
}
