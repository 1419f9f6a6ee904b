using System.Net.Security;

namespace Coffer.KeyBroker.Tls;

/// <summary>What the server shows to prove who it is.</summary>
internal interface IServerIdentity
{
    /// <summary>For one handshake.</summary>
    SslServerAuthenticationOptions Options();
}
