using System.Text;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Policies;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Policies;

/// <summary>The published schema and the reader are two descriptions of one form; Debian's python3-jsonschema reads the first.</summary>
public sealed class PolicySchemaTests
{
    // Prints one line for each document of the list: whether it keeps to the schema.
    private const string Script = """
        import json, sys
        from jsonschema import Draft202012Validator
        schema, documents = json.load(sys.stdin)
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema)
        for document in documents: print(validator.is_valid(document))
        """;

    // In both descriptions wrong, or in both right.
    private static readonly string[] When =
    [
        """{"tee":"tpm"}""", """{"tee":["tpm","snp"]}""", """{"tee":[]}""", """{"tee":7}""", """{"tee":""}""",
        """{"all":[{"tee":"tpm"}]}""", """{"all":[]}""", """{"all":{"tee":"tpm"}}""", """{"any":[{"not":{"tee":"x"}}]}""", """{"not":[]}""", """{"all":[3]}""",
        """{}""", """{"what":1}""", """{"tee":"a","not":{"tee":"b"}}""", """{"tee":"a","more":1}""",
        """{"claim":"a.b","equals":1}""", """{"claim":"a.b","equals":"x"}""", """{"claim":"a.b","equals":true}""", """{"claim":"a.b","equals":null}""", """{"claim":"a.b","equals":[1]}""",
        """{"claim":"a..b","equals":1}""", """{"claim":"","equals":1}""", """{"claim":"a"}""", """{"claim":"a","in":[1,"x",false]}""", """{"claim":"a","in":1}""", """{"claim":"a","in":[]}""",
        """{"claim":"a","contains":1}""", """{"claim":"a","contains":[1,2]}""", """{"claim":"a","contains":{}}""", """{"claim":"a","exists":true}""", """{"claim":"a","exists":"yes"}""",
        """{"claim":"a","matches":"x.*"}""", """{"claim":"a","matches":""}""", """{"claim":"a","at_least":"1.2-3"}""", """{"claim":"a","at_least":3}""", """{"claim":"a","at_least":-3}""",
        """{"claim":"a","at_least":"v1"}""", """{"claim":"a","at_least":1.5}""", """{"claim":"a","equals":1,"exists":true}""", """{"claim":"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q","exists":true}""",
        """{"claim":"a","in_reference":{"set":"s","values":"v"}}""", """{"claim":"a","in_reference":{"set":"s"}}""", """{"claim":"a","in_reference":"s"}""",
        """{"host":{"state":"approved"}}""", """{"host":{"state":["approved","pending"],"labels":{"a":"b","c":["d","e"]}}}""", """{"host":{}}""", """{"host":{"labels":{}}}""",
        """{"host":{"state":"x"}}""", """{"host":{"labels":{"a":1}}}""", """{"host":{"labels":{"a":[]}}}""", """{"host":{"id":"x"}}""",
        """{"time":{"from":"2026-01-01T00:00:00Z"}}""", """{"time":{"from":"2026-01-01T00:00:00+02:00","until":"2027-01-01T00:00:00.5Z"}}""", """{"time":{"from":"2026-01-01"}}""", """{"time":{}}""",
        """{"time":{"hours":"08:00-18:00","days":"mon"}}""", """{"time":{"hours":"8:00-18:00"}}""", """{"time":{"hours":"24:00-18:00"}}""", """{"time":{"days":["funday"]}}""", """{"time":{"zone":"UTC"}}""",
        """{"pcrs":{"bank":"sha256","registers":[0,7],"equal":"baseline"}}""", """{"pcrs":{"bank":"sha256","registers":[0],"reference":"r"}}""", """{"pcrs":{"bank":"sha256","registers":[0]}}""",
        """{"pcrs":{"bank":"sha256","registers":[0],"reference":"r","equal":"baseline"}}""", """{"pcrs":{"bank":"md5","registers":[0],"equal":"baseline"}}""", """{"pcrs":{"bank":"sha1","registers":[],"equal":"baseline"}}""",
        """{"pcrs":{"bank":"sha1","registers":[24],"equal":"baseline"}}""", """{"pcrs":{"bank":"sha1","registers":[1,1],"equal":"baseline"}}""", """{"pcrs":{"registers":[1],"equal":"baseline"}}""", """{"pcrs":{"bank":"sha1","registers":[1],"equal":"x"}}""",
    ];

    private static readonly string[] Whole =
    [
        """{"name":"a","resources":["**"],"effect":"deny"}""", """{"name":"a","resources":["**"],"effect":"allow"}""", """{"name":"a","resources":["**"],"effect":"permit"}""", """{"name":"a","resources":[],"effect":"deny"}""",
        """{"name":".a","resources":["**"],"effect":"deny"}""", """{"name":"a b","resources":["**"],"effect":"deny"}""", """{"name":"a","version":3,"description":"d","resources":["**"],"effect":"deny"}""",
        """{"name":"a","version":0,"resources":["**"],"effect":"deny"}""", """{"name":"a","version":"3","resources":["**"],"effect":"deny"}""", """{"name":"a","description":"","resources":["**"],"effect":"deny"}""",
        """{"name":"a","resources":"**","effect":"deny"}""", """{"resources":["**"],"effect":"deny"}""", """{"name":"a","effect":"deny"}""", """{"name":"a","resources":["**"],"effect":"deny","x":1}""", "[]", "3",
    ];

    private static readonly string[] Globs = ["**", "*", "a/*", "a/**", "a/b/c", "a/b/*", "**/c", "a/**/c", "a?/b*/c", "a/b", "a", "a/b/c/d", "a**/b/c", "a//b", "/a/b", "a/b/", "a b/c/d", "a/[b]/c"];

    private static IEnumerable<string> Documents => [
        .. PolicyExamples.Names.Select(PolicyExamples.Read),
        .. When.Select(w => $$"""{"name":"a","resources":["**"],"effect":"allow","when":{{w}}}"""),
        .. Whole,
        .. Globs.Select(g => $$"""{"name":"a","resources":["{{g}}"],"effect":"deny"}"""),
    ];

    [Fact]
    public async Task The_schema_and_the_reader_agree()
    {
        var documents = Documents.ToList();
        var input = $"[{PolicyExamples.Schema},[{string.Join(',', documents)}]]";

        var judged = await Tool.RunAsync(Interpreter(), ["-c", Script], new ToolOptions { Input = Encoding.UTF8.GetBytes(input) });

        Assert.True(judged.ExitCode == 0, judged.Error);
        var schema = judged.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l == "True").ToList();
        Assert.Equal(documents.Count, schema.Count);
        Assert.Empty(documents.Zip(schema).Where(d => Reads(d.First) != d.Second).Select(d => $"{d.First}: schema says {d.Second}"));
    }

    [Fact]
    public void Every_example_is_read_under_its_name() => Assert.All(PolicyExamples.Names, n => Assert.Equal(n, PolicyReader.Read(Encoding.UTF8.GetBytes(PolicyExamples.Read(n))).Name));

    [Fact]
    public void No_example_names_sample_evidence() => Assert.All(PolicyExamples.Names, n => Assert.False(PolicyReader.Read(Encoding.UTF8.GetBytes(PolicyExamples.Read(n))).NamesSample));

    [Fact]
    public void An_example_that_is_none_is_answered_with_those_that_are()
    {
        var missing = Assert.Throws<BrokerException>(() => PolicyExamples.Read("../tpm-node"));
        Assert.Equal(BrokerFault.NotFound, missing.Fault);
        Assert.Contains("tpm-node", missing.Hint, StringComparison.Ordinal);
    }

    private static bool Reads(string document)
    {
        try
        {
            PolicyReader.Read(Encoding.UTF8.GetBytes(document));
            return true;
        }
        catch (InvalidDocumentException)
        {
            return false;
        }
    }

    private static string Interpreter()
    {
        const string module = "/usr/lib/python3/dist-packages/jsonschema";
        Missing.Require(File.Exists("/usr/bin/python3") && Directory.Exists(module) ? module : null, "the peer 'python3-jsonschema'", "run scripts/install-peers");
        return "/usr/bin/python3";
    }
}
