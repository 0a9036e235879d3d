namespace Bartizan.Cli;

/// <summary>How a command ends; the table of the CLI reference.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The answer is no: a check failed, the log does not verify.</summary>
    public const int No = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The manifest is invalid.</summary>
    public const int Manifest = 3;

    /// <summary>Refused by policy.</summary>
    public const int Refused = 4;

    /// <summary>The platform can't give what was asked.</summary>
    public const int Platform = 5;

    /// <summary>Bartizan itself failed.</summary>
    public const int Failed = 125;
}
