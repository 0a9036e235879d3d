namespace Bartizan.Records.Projections;

/// <summary>Where the two databases differ in what a query is made of.</summary>
internal interface ISqlDialect
{
    /// <summary>The place of a part in a text, from 1; 0 for none. Compares code points, knows no pattern characters.</summary>
    string Find(string text, string part);

    /// <summary>The last characters of a text.</summary>
    string Last(string text, string count);

    /// <summary>A moment as the column <c>time</c> holds it.</summary>
    object Time(DateTimeOffset time);
}
