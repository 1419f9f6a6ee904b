using System.Text.Json.Nodes;
using Coffer.Attestation.Tpm.EventLog;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Tpm.EventLog;

/// <summary>Logs of confidential guests (the same form, in a table of their own), as another project parsed them.</summary>
public sealed class FieldEventLogTests
{
    [Theory]
    [InlineData("CCEL_data_grub")]
    [InlineData("CCEL_data_ovmf")]
    public void Every_event_is_read_as_the_other_project_reads_it(string name)
    {
        var log = TcgEventLog.Parse(File.ReadAllBytes(SharedVectors.Require("eventlog", name)));
        var expected = JsonNode.Parse(File.ReadAllText(SharedVectors.Require("eventlog", name + "_out.json")))!["uefi_event_logs"]!.AsArray();
        var events = log.Events.ToList();
        Assert.Equal(expected.Count, events.Count);
        foreach (var (other, own) in expected.Zip(events))
        {
            Assert.Equal(other!["index"]!.GetValue<uint>(), own.Register);
            Assert.Equal(other["type_name"]!.GetValue<string>(), TcgEventType.NameOf(own.Type));
            Assert.Equal(other["event"]!.GetValue<string>(), Convert.ToBase64String(own.Data.Span));
            Assert.Equal(other["digests"]![0]!["digest"]!.GetValue<string>(), Convert.ToHexStringLower(own.DigestIn(TpmAlgorithm.Sha384)!.Value.Span));
            if (own.Type is TcgEventType.EfiVariableDriverConfig or TcgEventType.EfiVariableAuthority)
                Assert.Equal(other["digest_matches_event"]!.GetValue<bool>(), own.Measures(TpmAlgorithm.Sha384, own.Data.Span));
        }
    }
}
