namespace Bartizan.Cli.Terminal;

/// <summary>How a piece of text is meant.</summary>
internal enum Tone
{
    Plain = 0,
    Good,
    Bad,
    Quiet,
    Strong,
}
