namespace Coffer.Cli.Output;

/// <summary>Rows of text under titles, each column as wide as its widest cell.</summary>
internal static class TextTable
{
    /// <param name="output">Where to.</param>
    /// <param name="titles">One for each column.</param>
    /// <param name="rows">Cells that are printable already; nothing at all is written where there are no rows.</param>
    public static void Write(TextWriter output, IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (rows.Count == 0) return;
        var widths = titles.Select((title, column) => Math.Max(title.Length, rows.Max(r => r[column].Length))).ToList();
        WriteRow(output, titles, widths);
        foreach (var row in rows) WriteRow(output, row, widths);
    }

    private static void WriteRow(TextWriter output, IReadOnlyList<string> cells, List<int> widths) =>
        output.WriteLine(string.Join("  ", cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
}
