using System.Globalization;
using Coffer.Oci;

namespace Coffer.KeyBroker.Audit;

/// <summary>The first place where a chain does not hold, as an error whose exit status is 4.</summary>
internal static class AuditBreak
{
    private const string Hint = "the store was changed behind the broker's back, or damaged: compare with a backup and with heads that were kept";

    public static BrokerException At(string writer, long sequence, string what) =>
        Of(string.Create(CultureInfo.InvariantCulture, $"the audit chain {Printable.Of(writer)} is broken: entry {sequence} {what}"));

    public static BrokerException OfHead(string writer, string what) => Of($"the audit chain {Printable.Of(writer)} is broken: its head {what}");

    public static BrokerException OfChain(string writer, string what) => Of($"the audit chain {Printable.Of(writer)} {what}");

    private static BrokerException Of(string message) => new(BrokerFault.Internal, message, Hint, null, ExitStatus.Integrity);
}
