using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Coffer.Cli.Tests.Broker;

/// <summary>A broker that has so many entries in its audit, and answers nothing but lists of them.</summary>
internal sealed class PagedAudit : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly int _entries;

    private PagedAudit(int entries)
    {
        _entries = entries;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.Run(AnswerAsync);
    }

    public string Address => _web.Urls.Single();

    public int Asked { get; private set; }

    public static async Task<PagedAudit> StartAsync(int entries)
    {
        var audit = new PagedAudit(entries);
        await audit._web.StartAsync(TestContext.Current.CancellationToken);
        return audit;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        if (++Asked > 20) context.Abort(); // whoever asks so often never ends
        var query = context.Request.Query;
        var from = query["after"] is [{ } after] ? int.Parse(after.Split('/')[1], CultureInfo.InvariantCulture) + 1 : 1;
        var most = int.Parse(query["most"]!, CultureInfo.InvariantCulture);
        context.Response.ContentType = "application/json";
        var page = Enumerable.Range(from, Math.Max(0, Math.Min(most, _entries - from + 1)));
        return context.Response.WriteAsync($"[{string.Join(',', page.Select(i => $$"""{"seq":{{i}},"writer":"0123456789abcdef"}"""))}]", TestContext.Current.CancellationToken);
    }
}
