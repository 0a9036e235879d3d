namespace Bartizan.Core.Shell;

/// <summary>Why a script, or a part of one, can't be read before it runs.</summary>
/// <param name="Reason">Half a sentence, fit to be shown: `holds …`, `is …`.</param>
/// <param name="Position">Where, in characters from the start of the script.</param>
/// <param name="IsRefused">True for characters that only serve to hide something: refused, not asked about.</param>
public sealed record ShellProblem(string Reason, int Position, bool IsRefused = false);
