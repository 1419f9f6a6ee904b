using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace Coffer.Support;

/// <summary>
/// A headless Chromium, driven over the WebDriver protocol (https://www.w3.org/TR/webdriver2/) by Debian's chromedriver. Its profile is a
/// folder of its own; it asks nothing of the network but what a test opens.
/// </summary>
public sealed partial class Browser : IAsyncDisposable
{
    private const string ElementKey = "element-6066-11e4-a52e-4f735466cecf"; // how the protocol marks a reference to an element
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempDirectory _profile = new();
    private readonly Process _driver;
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
    private string _session = "";

    private Browser(Process driver) => _driver = driver;

    /// <summary>Keys that the protocol has code points for.</summary>
    public const string Enter = "\uE007", Tab = "\uE004";

    /// <summary>Starts it; it takes certificates of any authority, for brokers bring their own.</summary>
    public static async Task<Browser> StartAsync()
    {
        var (chromium, driver) = (Peers.Require("chromium"), Peers.Require("chromedriver"));
        var process = new Process { StartInfo = new ProcessStartInfo(driver, ["--port=0", "--allowed-ips=127.0.0.1"]) { RedirectStandardOutput = true, RedirectStandardError = true } };
        var port = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text && PortLine().Match(text) is { Success: true } match) port.TrySetResult(match.Groups[1].Value);
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var browser = new Browser(process);
        try
        {
            browser._client.BaseAddress = new Uri($"http://127.0.0.1:{await port.Task.WaitAsync(Patience)}/");
            await browser.OpenAsync(chromium);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens an address.</summary>
    public Task GoAsync(string address) => CommandAsync(HttpMethod.Post, "url", new JsonObject { ["url"] = address });

    /// <summary>The address that it is at.</summary>
    public async Task<string> AddressAsync() => (string)(await CommandAsync(HttpMethod.Get, "url"))!;

    /// <summary>Clicks on the first element that fits, once it is there.</summary>
    public async Task ClickAsync(string selector) => await CommandAsync(HttpMethod.Post, $"element/{await FindAsync(selector)}/click", []);

    /// <summary>Types into an element, once it is there.</summary>
    public async Task TypeAsync(string selector, string text) => await CommandAsync(HttpMethod.Post, $"element/{await FindAsync(selector)}/value", new JsonObject { ["text"] = text });

    /// <summary>Presses keys, one after the other, wherever the focus is.</summary>
    public async Task PressAsync(params string[] keys)
    {
        var actions = new JsonArray([.. keys.SelectMany(k => (JsonNode[])[new JsonObject { ["type"] = "keyDown", ["value"] = k }, new JsonObject { ["type"] = "keyUp", ["value"] = k }])]);
        await CommandAsync(HttpMethod.Post, "actions", new JsonObject { ["actions"] = new JsonArray(new JsonObject { ["type"] = "key", ["id"] = "keys", ["actions"] = actions }) });
    }

    /// <summary>What a person reads in the first element that fits, once it is there.</summary>
    public async Task<string> TextAsync(string selector) => (string)(await CommandAsync(HttpMethod.Get, $"element/{await FindAsync(selector)}/text"))!;

    /// <summary>Waits until an element's text is so.</summary>
    public Task SeeAsync(string selector, string text) => Until.TrueAsync(
        async () => (await RunAsync($"return document.querySelector({JsonValue.Create(selector).ToJsonString()})?.textContent ?? ''"))!.GetValue<string>().Contains(text, StringComparison.Ordinal), $"{selector} never said '{text}'");

    /// <summary>Runs the body of a function, and gives back what it returns.</summary>
    public Task<JsonNode?> RunAsync(string script) => CommandAsync(HttpMethod.Post, "execute/sync", new JsonObject { ["script"] = script, ["args"] = new JsonArray() });

    /// <summary>A command of the DevTools protocol.</summary>
    public Task<JsonNode?> DevToolsAsync(string command, JsonObject parameters) => CommandAsync(HttpMethod.Post, "goog/cdp/execute", new JsonObject { ["cmd"] = command, ["params"] = parameters });

    /// <summary>Which colours the page is asked for: <c>light</c> or <c>dark</c>.</summary>
    public Task PreferAsync(string scheme) => DevToolsAsync(
        "Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }) });

    /// <summary>A cookie as the browser keeps it.</summary>
    public async Task<JsonObject> CookieAsync(string name) => (await CommandAsync(HttpMethod.Get, $"cookie/{name}"))!.AsObject();

    /// <summary>What the console said since it was last asked: <c>SOURCE: message</c>.</summary>
    public async Task<IReadOnlyList<string>> ConsoleAsync() =>
        [.. (await CommandAsync(HttpMethod.Post, "se/log", new JsonObject { ["type"] = "browser" }))!.AsArray().Select(e => $"{e!["source"]}: {e["message"]}")];

    /// <summary>A picture of the window, PNG.</summary>
    public async Task<byte[]> PictureAsync() => Convert.FromBase64String((string)(await CommandAsync(HttpMethod.Get, "screenshot"))!);

    /// <summary>Ends the browser and its driver.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_session.Length > 0) await _client.DeleteAsync(new Uri(_session, UriKind.Relative));
        }
        catch (HttpRequestException)
        {
            // It ended by itself.
        }
        if (!_driver.HasExited) _driver.Kill(entireProcessTree: true);
        _driver.Dispose();
        _client.Dispose();
        _profile.Dispose();
    }

    private async Task OpenAsync(string chromium)
    {
        var options = new JsonObject
        {
            ["binary"] = chromium,
            ["args"] = new JsonArray(
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-proxy-server", "--disable-dev-shm-usage", "--window-size=1280,900", $"--user-data-dir={_profile.Path}"),
        };
        var capabilities = new JsonObject { ["alwaysMatch"] = new JsonObject { ["acceptInsecureCerts"] = true, ["goog:chromeOptions"] = options, ["goog:loggingPrefs"] = new JsonObject { ["browser"] = "ALL" } } };
        var made = await SendAsync(HttpMethod.Post, "session", new JsonObject { ["capabilities"] = capabilities });
        _session = $"session/{made!["sessionId"]}";
    }

    private async Task<string> FindAsync(string selector)
    {
        JsonNode? found = null;
        await Until.TrueAsync(
            async () => (found = (await CommandAsync(HttpMethod.Post, "elements", new JsonObject { ["using"] = "css selector", ["value"] = selector }))!.AsArray().FirstOrDefault()) is not null, $"there is no {selector}");
        return (string)found![ElementKey]!;
    }

    private Task<JsonNode?> CommandAsync(HttpMethod method, string command, JsonObject? body = null) => SendAsync(method, $"{_session}/{command}", body);

    private async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null) request.Content = new StringContent(body.ToJsonString()); // of known length: the driver takes no other
        using var response = await _client.SendAsync(request);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["value"];
        if (!response.IsSuccessStatusCode) Assert.Fail($"{method} {path}: {answer?["error"]}: {answer?["message"]}");
        return answer;
    }

    [GeneratedRegex(@"started successfully on port (\d+)")]
    private static partial Regex PortLine();
}
