using Coffer.Cli.Output;
using Coffer.KeyBroker.Hosting;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary>What backup and restore print.</summary>
internal static class BackupOutput
{
    public static void Write(Session session, BackupFacts facts, bool asJson, string done)
    {
        if (!asJson)
        {
            session.Output.WriteLine($"{facts.Records} records ({facts.Bytes} bytes) {done} {Printable.Of(facts.File)}");
            return;
        }
        JsonOutput.Write(session.Output, json =>
        {
            json.WriteString("file", facts.File);
            json.WriteNumber("records", facts.Records);
            json.WriteNumber("bytes", facts.Bytes);
        });
    }
}
