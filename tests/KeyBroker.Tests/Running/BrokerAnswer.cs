using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Tests.Running;

/// <summary>What came back.</summary>
internal sealed record BrokerAnswer(int Status, string? RequestId, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Fault => (string)Json["error"]!["fault"]!;

    public string Message => (string)Json["error"]!["message"]!;

    public BrokerAnswer ShouldBe(int status)
    {
        if (Status != status) Assert.Fail($"expected {status}, got {Status}: {Body}");
        return this;
    }
}
