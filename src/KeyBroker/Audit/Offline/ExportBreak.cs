using System.Globalization;
using Coffer.Oci;

namespace Coffer.KeyBroker.Audit.Offline;

/// <summary>Why an exported audit does not hold, as an error whose exit status is 4.</summary>
internal static class ExportBreak
{
    public static BrokerException Of(string message) => Of(message, null);

    public static BrokerException OfLine(long line, string what, Exception? inner = null) => Of(string.Create(CultureInfo.InvariantCulture, $"line {line} {what}"), inner);

    public static BrokerException OfEntry(string writer, long sequence, string what) =>
        Of(string.Create(CultureInfo.InvariantCulture, $"entry {sequence} of the audit chain {Printable.Of(writer, 32)} {what}"), null);

    private static BrokerException Of(string message, Exception? inner) => new(
        BrokerFault.Internal, message, "the file was changed, or is not whole: export anew, and keep both", inner, ExitStatus.Integrity);
}
