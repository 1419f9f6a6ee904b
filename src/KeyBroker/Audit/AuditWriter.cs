using System.Security.Cryptography;
using System.Text;
using Coffer.KeyBroker.Files;
using Coffer.Oci;

namespace Coffer.KeyBroker.Audit;

/// <summary>Which chain a broker writes: a random id that stands in its data folder, so that a copy of the store alone continues no chain of another.</summary>
internal static class AuditWriter
{
    /// <summary>The file's name in the data folder.</summary>
    public const string FileName = "audit-writer";

    private const int IdBytes = 8;

    /// <summary>The id of the data folder, made where it has none: 16 lower-case hexadecimal digits.</summary>
    /// <param name="folder">The data folder; made, 0700, where it is absent.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: it cannot be read or made.</exception>
    public static string Of(string folder)
    {
        PrivateFiles.EnsureFolder(folder);
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file)) PrivateFiles.Create(file, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)) + "\n"));
        var id = Encoding.ASCII.GetString(PrivateFiles.Read(file, 64) ?? []).TrimEnd('\n');
        return IsId(id) ? id : throw new BrokerException(BrokerFault.Unavailable, $"the file {Printable.Of(file)} holds no writer's id", "restore it from a backup, or remove it: the broker then begins another chain");
    }

    internal static bool IsId(string text) => text.Length == 2 * IdBytes && text.All(char.IsAsciiHexDigitLower);
}
