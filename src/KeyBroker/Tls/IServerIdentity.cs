using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.KeyBroker.Tls;

/// <summary>What the server shows to prove who it is.</summary>
internal interface IServerIdentity
{
    /// <summary>For one handshake.</summary>
    SslServerAuthenticationOptions Options();

    /// <summary>The certificate that is shown now.</summary>
    X509Certificate2 Certificate => Options().ServerCertificateContext!.TargetCertificate;
}
