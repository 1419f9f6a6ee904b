using System.Text.Json.Nodes;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Service.Logs;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Seen;

/// <summary>Lines of log that a program can read, and that tell of the same requests as answers and audit.</summary>
public sealed class LogTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_request_is_one_object_under_the_id_of_its_answer_without_what_was_asked_for()
    {
        await using var broker = await StartAsync(new LogSettings(Json: true));
        var answer = (await broker.AdminAsync("GET", "policies/secret-project")).ShouldBe(404);
        var denied = (await broker.SendAsync("GET", "hosts", "coffer_0123456789abcdef_" + new string('A', 43))).ShouldBe(401);
        await Until.TrueAsync(() => broker.Lines.Any(l => l.Contains(denied.RequestId!, StringComparison.Ordinal)));

        var lines = broker.Lines.Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
        var request = Assert.Single(lines, l => (string?)l["requestId"] == answer.RequestId);
        Assert.Equal(("request", "info", "GET", "/api/v1/policies/{name}", 404), ((string)request["event"]!, (string)request["level"]!, (string)request["method"]!, (string)request["route"]!, (int)request["status"]!));
        Assert.Equal(broker.AdminToken.Split('_')[1], (string)request["actor"]!);
        Assert.Contains(lines, l => (string?)l["event"] == "serving");
        Assert.DoesNotContain(broker.Lines, l => l.Contains("secret-project", StringComparison.Ordinal) || l.Contains(broker.AdminToken[24..], StringComparison.Ordinal) || l.Contains("AAAAAAAA", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Requests_are_left_out_above_their_level()
    {
        await using (var broker = await StartAsync(new LogSettings(Level: Microsoft.Extensions.Logging.LogLevel.Warning)))
        {
            await broker.AdminAsync("GET", "hosts");
            Assert.DoesNotContain(broker.Lines, l => l.Contains(" request ", StringComparison.Ordinal));
        }
    }

    private Task<ServingBroker> StartAsync(LogSettings log) => ServingBroker.StartAsync(new BrokerSettings { DataFolder = _folder.Combine("data"), Listen = ["127.0.0.1:0"], Log = log });
}
