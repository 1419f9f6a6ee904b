namespace Coffer.KeyBroker.Kbs;

/// <summary>What the front answers where all is well: 200 with JSON, or with nothing.</summary>
/// <param name="Json">UTF-8; empty for none.</param>
internal readonly record struct KbsAnswer(ReadOnlyMemory<byte> Json)
{
    public static KbsAnswer Done => default;
}
