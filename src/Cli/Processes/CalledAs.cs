namespace Coffer.Cli.Processes;

/// <summary>The executable under another name: called through a link named as a verb, it is that verb, as containerd's samples expect of <c>ctd-decoder</c>.</summary>
internal static class CalledAs
{
    /// <summary>The arguments with the verb before them that the program's name stands for.</summary>
    /// <param name="name">The name that the program was called by, possibly with a path.</param>
    /// <param name="args">What follows it.</param>
    public static string[] Arguments(string? name, string[] args) =>
        Path.GetFileName(name) is Commands.CtdDecoderCommand.VerbName ? [Commands.CtdDecoderCommand.VerbName, .. args] : args;
}
