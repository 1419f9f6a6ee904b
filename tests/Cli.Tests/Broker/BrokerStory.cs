using System.Text;
using Coffer.Cli.Tests.Scripting;
using Coffer.Support;

namespace Coffer.Cli.Tests.Broker;

/// <summary>A broker that the command line serves in this process, and the command line's other verbs against it.</summary>
internal sealed class BrokerStory : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lines _output = new("ready");
    private readonly Lines _errors = new("serving on ");
    private Task<int> _serving = Task.FromResult(0);

    public TempDirectory Folder { get; } = new();

    public string Data => Folder.Combine("data");

    public string Address { get; private set; } = "";

    public string Errors => _errors.ToString();

    public static async Task<BrokerStory> StartAsync(params string[] flags)
    {
        var story = new BrokerStory();
        story._serving = Program.RunAsync(["broker", "serve", "--data", story.Data, "--listen", "127.0.0.1:0", .. flags], TextReader.Null, story._output, story._errors, story._stop.Token);
        await Task.WhenAny(story._output.Seen, story._serving).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        if (!story._output.Seen.IsCompleted) Assert.Fail($"broker serve ended: {story._errors}");
        story.Address = (await story._errors.Seen).Split(' ')[^1];
        return story;
    }

    /// <summary>Runs <c>coffer broker VERB...</c> with the administrator's token, or the file named.</summary>
    public Task<CommandRun> RunAsync(string[] verb, string? tokenFile = null, string? ca = null) => CommandRun.RunAsync(
        ["broker", .. verb, "--broker", Address, "--broker-ca", ca ?? Path.Combine(Data, "ca.pem"), "--token-file", tokenFile ?? Path.Combine(Data, "admin-token")]);

    public Task<CommandRun> RunAsync(params string[] verb) => RunAsync(verb, null);

    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _serving.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        Folder.Dispose();
        await _output.DisposeAsync();
        await _errors.DisposeAsync();
    }

    /// <summary>Says when a line was written that holds a text.</summary>
    private sealed class Lines(string wanted) : TextWriter
    {
        private readonly StringBuilder _text = new();
        private readonly TaskCompletionSource<string> _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Seen => _seen.Task;

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_text) _text.Append(value);
        }

        public override void WriteLine(string? value)
        {
            lock (_text) _text.Append(value).Append('\n');
            if (value?.Contains(wanted, StringComparison.Ordinal) == true) _seen.TrySetResult(value);
        }

        public override string ToString()
        {
            lock (_text) return _text.ToString();
        }
    }
}
