namespace Coffer.Cli.Terminal;

/// <summary>A terminal that progress is drawn on.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
internal sealed record Screen(Func<int> Width, Func<int> Height)
{
    private const int UsualWidth = 80, UsualHeight = 24;

    /// <summary>The terminal on standard error; null where there is none, or one that cannot move its cursor.</summary>
    public static Screen? OnStandardError() =>
        Console.IsErrorRedirected || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb"
            ? null
            : new Screen(() => Ask(() => Console.WindowWidth, UsualWidth), () => Ask(() => Console.WindowHeight, UsualHeight));

    private static int Ask(Func<int> ask, int otherwise)
    {
        try
        {
            return ask() is > 0 and var answer ? answer : otherwise;
        }
        catch (IOException)
        {
            return otherwise;
        }
    }
}
