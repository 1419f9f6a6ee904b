using Coffer.Oci;

namespace Coffer.Registry.Remote;

/// <summary>Why there was no answer.</summary>
internal enum ConnectionFault
{
    /// <summary>The connection broke: another may hold.</summary>
    Broken,

    /// <summary>Nothing came for too long.</summary>
    Silent,

    /// <summary>TLS was not to be had, perhaps because the other side speaks plain HTTP.</summary>
    NoTls,

    /// <summary>Trying again changes nothing: no such host, nobody listens, a certificate that is not trusted.</summary>
    Final,
}

/// <summary>A peer gave no answer (<see cref="ExitStatus.Unreachable"/>).</summary>
internal sealed class ConnectionException(Uri address, ConnectionFault fault, string message, string? hint, Exception? inner)
    : CofferException(message, ExitStatus.Unreachable, hint, inner)
{
    public Uri Address { get; } = address;

    public ConnectionFault Fault { get; } = fault;

    public bool IsWorthRetrying => Fault is ConnectionFault.Broken or ConnectionFault.Silent;

    public override bool IsTransient => IsWorthRetrying;
}
