using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Page;

/// <summary>The operator's page in a real browser, used as an operator uses it.</summary>
public sealed class PageTests : IAsyncDisposable
{
    private const string Path = "default/image-kek/one";

    private readonly TempDirectory _folder = new();
    private ServingBroker? _broker;
    private Browser? _browser;

    private ServingBroker Broker => _broker!;

    private Browser Page => _browser!;

    [Fact]
    public async Task An_operator_logs_in_finds_the_denied_request_and_reads_why()
    {
        await StartAsync();
        var denied = await DenyAsync();
        await Page.GoAsync(Broker.Address);
        await Page.SeeAsync("h1", "Log in");
        Assert.Equal($"{Broker.Address}/ui/", await Page.AddressAsync());

        await Page.TypeAsync("#token", "coffer_0123456789abcdef_" + new string('A', 43) + Browser.Enter);
        await Page.SeeAsync(".problem", "not known here");
        await LogInAsync();
        var cookie = await Page.CookieAsync("__Host-coffer-page");
        Assert.Equal((true, true, "Strict"), ((bool)cookie["httpOnly"]!, (bool)cookie["secure"]!, (string)cookie["sameSite"]!));
        Assert.InRange((long)cookie["expiry"]! - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 3000, 3600);
        Assert.DoesNotContain(Broker.AdminToken.Split('_', 3)[2], cookie.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("", (string)(await Page.RunAsync("return document.cookie"))!);

        await Page.ClickAsync("select[name=outcome] option[value=denied]");
        await Page.SeeAsync("tbody", denied);
        Assert.DoesNotContain("allowed", await Page.TextAsync("tbody"), StringComparison.Ordinal);
        await Page.ClickAsync($"a[href='#/request/{denied}']");
        await Page.SeeAsync("h1", $"Request {denied}");
        var why = await Page.TextAsync("main");
        Assert.Contains("tpm-node@1", why, StringComparison.Ordinal);
        Assert.Contains("does not hold", why, StringComparison.Ordinal);
        Assert.Contains("expected", why, StringComparison.Ordinal);
        await ShotAsync("request");

        await Page.ClickAsync("#leave");
        await Page.SeeAsync("h1", "Log in");
        Assert.Equal(401, (int)(await Page.RunAsync("return fetch('/api/v1/hosts').then(r => r.status)"))!);
        await NothingWasBlockedAsync();
    }

    [Fact]
    public async Task Every_view_is_reached_by_keyboard_alone_and_has_names_and_contrast_in_light_and_dark()
    {
        await StartAsync();
        await DenyAsync();
        await Page.GoAsync(Broker.Address + "/ui/");
        await Page.SeeAsync("h1", "Log in");
        await IsReadableAsync("login");
        await Page.PressAsync([.. Broker.AdminToken.Select(c => c.ToString()), Browser.Enter]); // the field has the focus
        await Page.SeeAsync("h1", "Decisions");
        string[] views = ["Decisions", "Hosts", "Resources", "Policies", "Audit"];
        for (var i = 0; i < views.Length; i++)
        {
            await Page.RunAsync("document.activeElement.blur(); document.getSelection().removeAllRanges(); document.body.setAttribute('tabindex','-1'); document.body.focus(); document.body.removeAttribute('tabindex')");
            await Page.PressAsync([.. Enumerable.Repeat(Browser.Tab, i + 2), Browser.Enter]); // first comes the link that skips them
            await Page.SeeAsync("h1", views[i]);
            Assert.Equal(views[i], (string)(await Page.RunAsync("return document.querySelector('nav [aria-current=page]').textContent"))!);
            await Page.SeeAsync("main", i switch { 0 => "denied", 1 => "approved", 2 => Path, 3 => "tpm-node", _ => "audit entries" });
            await IsReadableAsync(views[i].ToLowerInvariant());
        }

        await Page.ClickAsync("main button");
        await Page.SeeAsync("main", "all chains hold");
        await NothingWasBlockedAsync();
    }

    [Fact]
    public async Task Long_lists_come_page_by_page()
    {
        await StartAsync();
        for (var i = 0; i < 60; i++) (await Broker.AdminAsync("PUT", $"resources/default/many/n{i:00}", "x")).ShouldBe(200);
        await Page.GoAsync(Broker.Address + "/ui/#/resources?prefix=default/many/");
        await LogInAsync("Resources");
        await Page.SeeAsync("tbody", "default/many/n49");
        Assert.Equal(50, (int)(await Page.RunAsync("return document.querySelectorAll('tbody tr').length"))!);

        await Page.ClickAsync(".pages a");
        await Page.SeeAsync("tbody", "default/many/n59");
        Assert.Equal(10, (int)(await Page.RunAsync("return document.querySelectorAll('tbody tr').length"))!);
        await Page.ClickAsync(".pages a");
        await Page.SeeAsync("tbody", "default/many/n00");
    }

    [Fact]
    public async Task What_a_host_calls_itself_is_text_and_nothing_else()
    {
        await StartAsync();
        (await Broker.AdminAsync("PUT", "policies/evil", """{"name":"evil","description":"<img src=x onerror=alert(1)><script>alert(2)</script>","resources":["a/**"],"effect":"allow","when":{"tee":["tpm"]}}""")).ShouldBe(200);
        await Page.GoAsync(Broker.Address + "/ui/#/policies");
        await LogInAsync("Policies");

        await Page.SeeAsync("tbody", "<img src=x onerror=alert(1)>");
        Assert.Equal(0, (int)(await Page.RunAsync("return document.querySelectorAll('main img, main script').length"))!);
        await NothingWasBlockedAsync();
    }

    [Fact]
    public async Task A_token_that_may_read_the_audit_alone_sees_that_and_is_told_of_the_rest()
    {
        await StartAsync();
        var token = (string)(await Broker.AdminAsync("POST", "tokens", """{"can":["audit"]}""")).ShouldBe(201).Json["token"]!;
        await Page.GoAsync(Broker.Address + "/ui/#/audit");
        await LogInAsync("Audit", token);
        await Page.ClickAsync("nav a[href='#/policies']");
        await Page.SeeAsync(".problem", "may not");
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        if (_broker is not null) await _broker.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        _broker = await ServingBroker.StartAsync(new BrokerSettings { DataFolder = _folder.Combine("data"), Listen = ["127.0.0.1:0"] });
        _browser = await Browser.StartAsync();
    }

    private async Task LogInAsync(string view = "Decisions", string? token = null)
    {
        await Page.SeeAsync("h1", "Log in");
        await Page.TypeAsync("#token", (token ?? Broker.AdminToken) + Browser.Enter);
        await Page.SeeAsync("h1", view);
    }

    // A machine that is let in, whose boot then changes; the refused request's id.
    private async Task<string> DenyAsync()
    {
        using var vendor = new TestAuthority();
        (await Broker.AdminAsync("POST", "trust", vendor.BundlePem)).ShouldBe(200);
        (await Broker.AdminAsync("PUT", "policies/tpm-node", PolicyExamples.Read("tpm-node"))).ShouldBe(200);
        (await Broker.AdminAsync("PUT", $"resources/{Path}", new string('k', 32))).ShouldBe(200);
        using var machine = new FakeMachine(Broker, vendor);
        var host = (string)(await machine.EnrolAsync()).ShouldBe(200).Json["host"]!;
        (await Broker.AdminAsync("POST", $"hosts/{host}/approve")).ShouldBe(200);
        (await machine.GetAsync(Path, await machine.TokenAsync())).ShouldBe(200);
        machine.Tpm.Extend(8);
        machine.BindingKey.Dispose();
        machine.BindingKey = new FakeBindingKey(machine.Tpm);
        var refused = await machine.GetAsync(Path, await machine.TokenAsync());
        refused.ShouldBe(403);
        return refused.RequestId;
    }

    private async Task NothingWasBlockedAsync()
    {
        var console = await Page.ConsoleAsync();
        Assert.DoesNotContain(console, line => !line.StartsWith("network: ", StringComparison.Ordinal)); // what was answered 401 and 403 is said there
    }

    private async Task IsReadableAsync(string view)
    {
        foreach (var scheme in (string[])["light", "dark"])
        {
            await Page.PreferAsync(scheme);
            Assert.Equal("[]", (await Page.RunAsync(Contrasts))!.ToJsonString());
            await ShotAsync($"{view}-{scheme}");
        }
        Assert.Equal("[]", (await Page.RunAsync(Unnamed))!.ToJsonString());
        var tree = (await Page.DevToolsAsync("Accessibility.getFullAXTree", []))!["nodes"]!.AsArray();
        string[] roles = [.. tree.Where(n => n!["ignored"]?.GetValue<bool>() != true).Select(n => (string?)n!["role"]?["value"] ?? "")];
        Assert.Superset(new HashSet<string> { "banner", "main", "heading" }, roles.ToHashSet());
        Assert.DoesNotContain(tree, n => (string?)n!["role"]?["value"] is "button" or "link" or "textbox" or "combobox" or "searchbox" && ((string?)n["name"]?["value"] ?? "").Length == 0);
    }

    // Pictures for people, where somebody asks for them.
    private async Task ShotAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("COFFER_SCREENSHOTS") is { Length: > 0 } folder) await File.WriteAllBytesAsync(System.IO.Path.Combine(folder, name + ".png"), await Page.PictureAsync());
    }

    private const string Unnamed = """
        return [...document.querySelectorAll('input, select')].filter(e => e.checkVisibility() && !e.labels.length).map(e => e.outerHTML)
          .concat(document.querySelectorAll('h1').length === 1 ? [] : ['not one h1'], document.documentElement.lang ? [] : ['no language'])
        """;

    // WCAG 2.2, 1.4.3: the ratio of relative luminances of every text and what is behind it.
    private const string Contrasts = """
        const numbers = c => (c.match(/[\d.]+/g) ?? []).map(Number);
        const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = e => { for (let at = e; at; at = at.parentElement) { const c = numbers(getComputedStyle(at).backgroundColor); if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
        return [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && !e.disabled).map(e => {
          const [front, back] = [luminance(numbers(getComputedStyle(e).color)), luminance(behind(e))];
          const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
          return ratio < 4.5 ? e.textContent.trim().slice(0, 40) + ' ' + ratio.toFixed(2) : null;
        }).filter(Boolean)
        """;
}
