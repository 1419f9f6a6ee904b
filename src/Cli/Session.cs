using Coffer.Cli.Progress;
using Coffer.Cli.Terminal;
using Coffer.ImageCrypt.Keys;

namespace Coffer.Cli;

/// <summary>What one run of the command has around it. Results go to <paramref name="output"/>, everything else to <paramref name="error"/>.</summary>
internal sealed class Session(TextReader input, TextWriter output, TextWriter error)
{
    public TextReader Input { get; } = input;

    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>Standard input as bytes, for verbs that read no text; they use it instead of <see cref="Input"/>. The verb disposes it.</summary>
    public Func<Stream> OpenInput { get; init; } = static () => Stream.Null;

    /// <summary>Standard output as bytes, for verbs that write no text; they use it instead of <see cref="Output"/>. The verb disposes it.</summary>
    public Func<Stream> OpenOutput { get; init; } = static () => Stream.Null;

    /// <summary>Whether a person sits before standard input.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>The terminal behind <see cref="Error"/>; null where it is a pipe or a file.</summary>
    public Screen? Screen { get; init; }

    /// <summary>Asks for passwords; null where nobody can be asked.</summary>
    public PassphrasePrompt? Prompt { get; init; }

    /// <summary>The name that the executable was called by, without its folder: a link can have the name of a verb.</summary>
    public string CalledAs { get; init; } = "coffer";

    /// <summary>Lets signals cancel the work from here on; before, and without it, they end the process.</summary>
    public Action HearSignals { get; init; } = static () => { };

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What tells the person how the work goes, in the form that suits where it is read.</summary>
    public Reporter Report(bool quiet) =>
        quiet ? new QuietReporter(Error)
        : Screen is { } screen ? new BarReporter(Error, screen, Time)
        : new LineReporter(Error);
}
