using System.Net;

namespace Coffer.KeyBroker.Tests.Running;

/// <summary>A body that stays behind until it is let go, while the server waits for it.</summary>
internal sealed class HeldBody(byte[] body) : HttpContent
{
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Sends the head, does something once the server asked for the body, and then sends that.</summary>
    public static async Task<int> SendAsync(RunningBroker broker, string method, string path, string body, Func<Task> meanwhile)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, Expect100ContinueTimeout = TimeSpan.FromSeconds(30), SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } };
        using var client = new HttpClient(handler);
        using var held = new HeldBody(System.Text.Encoding.UTF8.GetBytes(body));
        using var request = new HttpRequestMessage(new HttpMethod(method), broker.Address + path) { Content = held };
        request.Headers.ExpectContinue = true; // the server says so when it begins to read, and by then it knows the caller
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {broker.AdminToken}");
        var answering = client.SendAsync(request, TestContext.Current.CancellationToken);
        await held._awaited.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await meanwhile();
        held._go.SetResult();
        using var answer = await answering;
        return (int)answer.StatusCode;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        _awaited.SetResult();
        await _go.Task;
        await stream.WriteAsync(body);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
