using System.Net.Http.Headers;
using System.Text;

namespace Coffer.KeyBroker.Tests.Running;

/// <summary>Requests to the administration's side of a broker.</summary>
internal static class BrokerRequest
{
    public static async Task<BrokerAnswer> SendAsync(IReachableBroker broker, string method, string path, string? token, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), broker.Address + (path.StartsWith('/') ? path : "/api/v1/" + path));
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        if (body is not null) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await broker.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return new BrokerAnswer(
            (int)response.StatusCode, response.Headers.TryGetValues("X-Request-Id", out var ids) ? ids.Single() : null,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
