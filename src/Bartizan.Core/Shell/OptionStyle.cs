namespace Bartizan.Core.Shell;

/// <summary>How a program's options are written.</summary>
internal enum OptionStyle
{
    /// <summary>Anywhere among the operands; <c>-ab</c> is two flags; long names may be abbreviated.</summary>
    Gnu = 0,

    /// <summary>Before the first operand only.</summary>
    Posix,

    /// <summary><c>-name</c> is one flag.</summary>
    Words,
}
