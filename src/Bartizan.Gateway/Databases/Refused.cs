using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Databases;

/// <summary>Why a statement isn't sent, in an error's words.</summary>
/// <param name="Code">The SQLSTATE.</param>
/// <param name="Message">The sentence.</param>
/// <param name="Hint">What would help; null for nothing.</param>
internal sealed record Refused(string Code, string Message, string? Hint)
{
    /// <summary>A decision's.</summary>
    public static Refused By(ToolTarget tool, Decision decision) =>
        new(
            "42501",
            $"bartizan refused `tool {tool.Text}`: {decision.Told}",
            decision.Needed is { } needed ? $"The rule that would allow it: {needed}" : null
        );

    /// <summary>One of a statement that isn't understood.</summary>
    public static Refused NotUnderstood(string what) =>
        new(
            WireBrokenException.Unsupported,
            $"bartizan refused it: {what}",
            "Plain SELECT, INSERT, UPDATE, DELETE, COPY … TO STDOUT and transactions are; without comments, backslashes and dollar quotes."
        );
}
