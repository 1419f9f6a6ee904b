using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Coffer.KeyBroker.Tests.Running;

/// <summary>Requests as they stand, which no client library would send.</summary>
internal static class RawHttp
{
    /// <returns>The answer, or what came of it before the server hung up.</returns>
    public static async Task<string> SendAsync(RunningBroker broker, string request)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        var uri = new Uri(broker.Address);
        await client.ConnectAsync(uri.Host, uri.Port, limit.Token);
        await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", ApplicationProtocols = [SslApplicationProtocol.Http11] }, limit.Token);
        var answer = new byte[4096];
        var length = 0;
        try
        {
            await tls.WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        }
        catch (IOException)
        {
            // It hung up before it had read all; it may have answered first.
        }
        try
        {
            while (length < answer.Length && await tls.ReadAsync(answer.AsMemory(length), limit.Token) is > 0 and var read)
            {
                length += read;
                if (Encoding.Latin1.GetString(answer, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal)) break;
            }
        }
        catch (IOException)
        {
            // The same.
        }
        return Encoding.Latin1.GetString(answer, 0, length);
    }
}
