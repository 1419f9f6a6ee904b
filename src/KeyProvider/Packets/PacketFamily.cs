namespace Coffer.KeyProvider.Packets;

/// <summary>Who writes packets of this shape.</summary>
public enum PacketFamily
{
    /// <summary>Confidential Containers' first form: <c>kid</c>, <c>wrapped_data</c>, <c>iv</c>, <c>wrap_type</c>. The one we write.</summary>
    CocoV1,

    /// <summary>The second, with <c>version</c>, <c>provider</c>, <c>provider_settings</c> and <c>annotations</c>.</summary>
    CocoV2,

    /// <summary>Intel SecL's: <c>key_url</c>, <c>wrapped_key</c>, <c>wrap_type</c> <c>AES</c>.</summary>
    Secl,
}
