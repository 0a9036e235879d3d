using System.Collections.Immutable;

namespace Bartizan.Core.Conditions;

/// <summary>What was written, before names and types are looked at.</summary>
internal abstract record Syntax(int Column)
{
    public sealed record Name(string Word, int Column) : Syntax(Column);

    public sealed record Select(Syntax Of, string Member, int MemberColumn) : Syntax(Of.Column);

    public sealed record Index(Syntax Of, Syntax Key) : Syntax(Of.Column);

    public sealed record Call(Syntax? Target, string Function, ImmutableArray<Syntax> Arguments, int NameColumn)
        : Syntax(Target?.Column ?? NameColumn);

    public sealed record Literal(AttributeValue Value, int Column) : Syntax(Column);

    public sealed record Row(ImmutableArray<Syntax> Items, int Column) : Syntax(Column);

    public sealed record Not(Syntax Operand, int Column) : Syntax(Column);

    public sealed record Chain(bool IsAnd, ImmutableArray<Syntax> Terms) : Syntax(Terms[0].Column);

    public sealed record Relation(string Operator, int OperatorColumn, Syntax Left, Syntax Right) : Syntax(Left.Column);
}
