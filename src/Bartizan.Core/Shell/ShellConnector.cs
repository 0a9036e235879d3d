namespace Bartizan.Core.Shell;

/// <summary>What stands between a command and the one before it.</summary>
public enum ShellConnector
{
    /// <summary>A new line or <c>;</c>; also before the first command.</summary>
    Then = 0,

    /// <summary><c>&amp;&amp;</c>.</summary>
    And,

    /// <summary><c>||</c>.</summary>
    Or,

    /// <summary><c>|</c>.</summary>
    Pipe,
}
