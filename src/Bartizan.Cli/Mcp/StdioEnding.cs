namespace Bartizan.Cli.Mcp;

/// <summary>How it ended.</summary>
internal enum StdioEnding
{
    /// <summary>The gateway was not to be reached.</summary>
    Unreachable = 0,

    /// <summary>The gateway knows no such session.</summary>
    Refused,

    /// <summary>The client closed its side.</summary>
    Done,
}
