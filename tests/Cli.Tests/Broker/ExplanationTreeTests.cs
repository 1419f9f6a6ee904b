using System.Text.Json.Nodes;
using Coffer.Cli.Output;

namespace Coffer.Cli.Tests.Broker;

/// <summary>What an operator reads of a decision.</summary>
public sealed class ExplanationTreeTests
{
    [Fact]
    public void Failing_conditions_stand_out_with_expected_and_actual_and_control_characters_do_not()
    {
        var explanation = JsonNode.Parse("""
            {"resource":"default/image-kek/x","allowed":false,"policies":[{"policy":"tpm-node@3","effect":"allow","holds":false,"when":
             {"condition":"all","holds":false,"of":[
              {"condition":"host state","holds":true,"expected":["approved"],"actual":"approved"},
              {"condition":"pcrs equal baseline","holds":false,"expected":"aa","actual":"b\u001b[31mb"},
              {"condition":"any","holds":null,"of":[{"condition":"claim x","holds":null,"note":"the claim is absent"}]}]}}]}
            """)!.AsObject();
        using var output = new StringWriter();
        ExplanationTree.Write(output, explanation, "");
        Assert.Equal(
            """
            resource: default/image-kek/x
            allowed: no
            NO policy tpm-node@3, which would allow
              NO all
                 ok host state: approved
                 NO pcrs equal baseline
                      expected: aa
                      actual:   b?[31mb
                 ?? any
                    ?? claim x
                         note:     the claim is absent

            """.ReplaceLineEndings(),
            output.ToString());
    }

    [Fact]
    public void Of_many_registers_those_are_shown_that_are_not_as_expected()
    {
        var explanation = JsonNode.Parse("""
            {"policies":[{"policy":"p@1","effect":"allow","holds":false,"when":{"condition":"pcrs","holds":false,
             "expected":{"0":"aa","9":"bb","11":"cc"},"actual":{"0":"aa","9":"dd","11":null},"note":"register 9 differs"}}]}
            """)!.AsObject();
        using var output = new StringWriter();
        ExplanationTree.Write(output, explanation, "");
        var lines = output.ToString().Split('\n').Select(l => l.Trim()).ToList();
        Assert.Contains("expected: 9=bb, 11=cc", lines);
        Assert.Contains(lines, l => l.StartsWith("actual:   9=dd, 11=", StringComparison.Ordinal));
        Assert.DoesNotContain("aa", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_policy_is_said_so()
    {
        using var output = new StringWriter();
        ExplanationTree.Write(output, JsonNode.Parse("""{"policies":[]}""")!.AsObject(), "");
        Assert.Equal("no policy is about this resource\n", output.ToString());
    }

    [Fact]
    public void A_tree_of_any_depth_is_written_to_a_bound()
    {
        var inner = new JsonObject { ["condition"] = "leaf", ["holds"] = false };
        for (var i = 0; i < 200; i++) inner = new JsonObject { ["condition"] = "not", ["holds"] = false, ["of"] = new JsonArray((JsonNode)inner) };
        using var output = new StringWriter();
        ExplanationTree.Write(output, new JsonObject { ["policies"] = new JsonArray((JsonNode)new JsonObject { ["policy"] = "x@1", ["when"] = inner }) }, "");
        Assert.InRange(output.ToString().Split('\n').Length, 60, 100);
    }
}
