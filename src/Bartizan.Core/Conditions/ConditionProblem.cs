namespace Bartizan.Core.Conditions;

/// <summary>Ends the reading of a text that is no CEL; caught where reading began, never seen outside.</summary>
internal sealed class ConditionProblem(int column, string message, string hint = "") : Exception(message)
{
    public ConditionError Error { get; } = new(column, message, hint);
}
