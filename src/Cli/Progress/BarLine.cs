using System.Globalization;

namespace Coffer.Cli.Progress;

/// <summary>One row: label, bar, share, rate, time left, never wider than asked.</summary>
internal static class BarLine
{
    private const int LabelWidth = 24;
    private const int ShortestBar = 8;

    public static string Of(string label, long done, long total, TimeSpan elapsed, int width)
    {
        var share = total <= 0 ? 0 : Math.Clamp((double)done / total, 0, 1);
        var rate = elapsed.TotalSeconds > 0 ? done / elapsed.TotalSeconds : 0;
        var left = rate > 0 && total > done ? Sizes.Of(TimeSpan.FromSeconds(Math.Min((total - done) / rate, 359_999))) : "0:00";
        var figures = string.Create(CultureInfo.InvariantCulture, $" {share * 100,3:0}%  {Sizes.Of(done)}/{Sizes.Of(total)}  {Sizes.Of((long)rate)}/s  {(rate > 0 ? left : "-:--")}");
        var name = label.Length > LabelWidth ? label[..LabelWidth] : label.PadRight(LabelWidth);
        var room = width - name.Length - figures.Length - 3;
        var line = room >= ShortestBar ? $"{name} [{Fill(share, Math.Min(room, 40))}]{figures}" : name.TrimEnd() + figures;
        return line.Length > width ? line[..width] : line;
    }

    private static string Fill(double share, int width)
    {
        var full = (int)(share * width);
        return new string('=', full) + new string(' ', width - full);
    }
}
