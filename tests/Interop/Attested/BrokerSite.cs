using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Support;

namespace Coffer.Interop.Attested;

/// <summary>A broker as its operator sets it up, with the product's own commands: its data, its process, its administrator.</summary>
internal sealed class BrokerSite : IAsyncDisposable
{
    private const int Attempts = 5; // a free port may be taken before the broker binds it

    private readonly TempDirectory _folder = new();
    private string _address = "";
    private CofferDaemon? _process;

    /// <summary>As <c>--broker</c> takes it.</summary>
    public string Url => $"https://{_address}";

    /// <summary>As <c>--broker-ca</c> takes it.</summary>
    public string CaFile => _folder.Combine("data", "ca.pem");

    /// <summary>The data folder.</summary>
    public string Data => _folder.Combine("data");

    /// <summary>What it has logged so far.</summary>
    public string Log => _process?.Log ?? "";

    /// <summary>Makes the data and starts the broker.</summary>
    public static async Task<BrokerSite> StartAsync(params string[] flags)
    {
        var site = new BrokerSite();
        (await CofferBinary.RunAsync("broker", "init", "--data", site.Data)).ShouldSucceed();
        for (var attempt = 1; ; attempt++)
        {
            site._address = $"127.0.0.1:{LoopbackPort.Free()}";
            site._process = await CofferDaemon.TryStartAsync(NoToken, ["broker", "serve", "--data", site.Data, "--listen", site._address, .. flags]);
            if (!site._process.HasEnded) return site;
            if (attempt == Attempts) Assert.Fail($"the broker does not start: {site.Log}");
        }
    }

    /// <summary>An environment without the administrator's token, as nodes and owners have it.</summary>
    public static IReadOnlyDictionary<string, string?> NoToken { get; } = new Dictionary<string, string?> { ["COFFER_TOKEN"] = null, ["COFFER_BROKER"] = null, ["COFFER_BROKER_CA"] = null };

    /// <summary>Runs a verb as the administrator and returns what it said, whatever its exit status.</summary>
    public Task<ToolResult> TryAsync(params string[] arguments) => CofferBinary.RunAsync(new ToolOptions
    {
        Environment = new Dictionary<string, string?>
        {
            ["COFFER_BROKER"] = Url,
            ["COFFER_BROKER_CA"] = CaFile,
            ["COFFER_TOKEN"] = File.ReadAllText(Path.Combine(Data, "admin-token")).Trim(),
        },
    }, arguments);

    /// <summary>Runs a verb as the administrator, which has to succeed.</summary>
    public async Task<string> RunAsync(params string[] arguments) => (await TryAsync(arguments)).ShouldSucceed().Output;

    /// <summary>Runs a listing verb and returns its array.</summary>
    public async Task<JsonArray> ListAsync(params string[] arguments) => JsonNode.Parse(await RunAsync([.. arguments, "--json"]))!.AsArray();

    /// <summary>Puts the ready policy of that name, unedited.</summary>
    public async Task PutExampleAsync(string name) => await RunAsync("broker", "policy", "put", _folder.Write($"{name}.json", await RunAsync("broker", "policy", "example", name)));

    /// <summary>Puts a policy.</summary>
    public async Task PutPolicyAsync(string json) => await RunAsync("broker", "policy", "put", _folder.Write("policy.json", json));

    /// <summary>Makes an access token that may only wrap; returns the path of its file.</summary>
    public async Task<string> WrapTokenAsync()
    {
        var path = _folder.Write("wrap-token", await RunAsync("broker", "token", "create", "--can", "wrap", "--path", "default/*", "--ttl", "24h"));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    /// <summary>The newest audit entry of that action and outcome; with a text, of those whose request it names: runtimes ask for several layers at once.</summary>
    public async Task<JsonObject> LastAsync(string action, string outcome, string? namedIn = null)
    {
        var entries = await ListAsync("broker", "audit", "list");
        var found = entries.Select(e => e!.AsObject()).Where(e => (string?)e["action"] == action && (string?)e["outcome"] == outcome);
        return found.Where(e => namedIn is null || namedIn.Contains((string)e["request_id"]!, StringComparison.Ordinal)).MaxBy(e => (long)e["seq"]!)
            ?? throw new InvalidOperationException($"the audit has no {action} that was {outcome}: {entries.ToJsonString(new JsonSerializerOptions { WriteIndented = true })}");
    }

    /// <summary>Ends it as systemd would.</summary>
    public async Task StopAsync() => Assert.Equal(0, await _process!.TerminateAsync());

    /// <summary>The machine burns down.</summary>
    public async Task LoseAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
        Directory.Delete(Data, recursive: true);
    }

    /// <summary>Serves again, at the same address.</summary>
    public async Task ServeAgainAsync(params string[] flags) => _process = await CofferDaemon.StartAsync(NoToken, ["broker", "serve", "--data", Data, "--listen", _address, .. flags]);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _folder.Dispose();
    }
}
