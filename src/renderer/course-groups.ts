import type { Course } from './course.ts';
import type { Publication } from './publisher.ts';

/** A course that was rendered. */
export interface Rendered {
  readonly course: Course;
  /** Absent: it waits for something, failed, or is held. */
  readonly publication: Publication | undefined;
}

/** A course whose text may be published. */
export interface Ready {
  readonly course: Course;
  readonly publication: Publication;
}

/** Takes the courses that are due, and all others of their groups: these are rendered in one turn, from the same answers. */
export function takeDue(courses: readonly Course[]): readonly Course[] {
  const due = new Set(courses.filter((course) => course.takeDue()));
  const groups = new Set([...due].flatMap(({ target }) => target.fileGroup ?? []));
  return courses.filter((course) => {
    if (due.has(course)) return true;
    if (!groups.has(course.target.fileGroup ?? '')) return false;
    course.takeEarly();
    return true;
  });
}

/** Those that may be published. Where one of a group has no text, whatever keeps it, the others stand back. */
export function readyOf(rendered: readonly Rendered[]): readonly Ready[] {
  const blamed = new Map<string, Course>();
  for (const { course, publication } of rendered) {
    const { fileGroup } = course.target;
    if (fileGroup === undefined || publication !== undefined) continue;
    // One that failed, or is held, tells more than one that waits.
    const known = blamed.get(fileGroup);
    if (known === undefined || known.state === 'waiting') blamed.set(fileGroup, course);
  }
  const ready: Ready[] = [];
  for (const { course, publication } of rendered) {
    if (publication === undefined) continue;
    const other = blamed.get(course.target.fileGroup ?? '');
    if (other === undefined) ready.push({ course, publication });
    else course.standBack(publication, other);
  }
  return ready;
}
