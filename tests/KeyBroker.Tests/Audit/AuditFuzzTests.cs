using System.Text;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.RootKeys;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Audit;

public sealed class AuditFuzzTests
{
    private const string Writer = "0123456789abcdef";

    [Fact]
    public void Entries_that_are_read_back_are_entries_or_none()
    {
        var entry = new AuditEntry(Writer, 7, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), new AuditEvent("r-1", "a.b", AuditOutcome.Allowed, "why")
        {
            Actor = "host",
            Explanation = new JsonObject { ["a"] = new JsonArray(1, 2, new JsonObject()) },
        }, AuditCodec.Beginning(Writer));

        Fuzzing.Run("audit entry", [AuditCodec.Write(entry), Encoding.UTF8.GetBytes(new string('[', 500))], (input, _) => AuditCodec.Read(Writer, input)?.ToJson(withExplanation: true).ToJsonString());
    }

    [Fact]
    public void No_changed_head_is_authentic()
    {
        using var key = new SecretBytes("0123456789abcdef0123456789abcdef"u8);
        var head = new AuditHead(Writer, 7, AuditCodec.Beginning(Writer));
        var sound = head.Seal(key);
        Assert.Equal(head, AuditHead.Open(Writer, sound, key));
        Assert.Null(AuditHead.Open("0123456789abcde0", sound, key));

        Fuzzing.Run("audit head", [sound], (input, _) =>
        {
            var opened = AuditHead.Open(Writer, input, key);
            Assert.True(opened is null || opened == head);
        });
    }

    [Fact]
    public void Expected_heads_from_outside_are_read_or_refused() => Fuzzing.Run(
        "expected head", [Encoding.UTF8.GetBytes(new AuditHead(Writer, 7, AuditCodec.Beginning(Writer)).ToString())],
        (input, _) =>
        {
            try
            {
                AuditHead.Parse(Encoding.UTF8.GetString(input));
            }
            catch (BrokerException e)
            {
                Assert.Equal(BrokerFault.BadRequest, e.Fault);
            }
        });
}
